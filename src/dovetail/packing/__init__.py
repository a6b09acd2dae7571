"""Samples become bytes and bytes samples again, the same for ever: columns, chunks, frames."""
