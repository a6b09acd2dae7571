"""Texts that machines and scanners send, read as what runs: by the plant code, and held where nobody knows them."""
