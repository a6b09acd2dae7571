"""The words and shapes every room of the plant shares; no file here touches disk, network or clock by itself."""
