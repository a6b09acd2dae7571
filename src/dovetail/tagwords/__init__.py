"""The words of other tools for a tag (headings, data types, units, addresses), and what they mean in plant code."""
