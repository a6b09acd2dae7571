"""The files of scenarios: what may be written in them, where everything stands, and the samples that they mean."""
