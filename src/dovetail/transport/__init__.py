"""Frames on their way between machines: over NATS JetStream, held only when the historian's database says so."""
