"""What every machine of a line did, as lanes beside each other: as many segments as a picture has room for."""
