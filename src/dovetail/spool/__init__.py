"""What was taken for good from files, tables and messages: on the edge's disk until the historian has it."""
