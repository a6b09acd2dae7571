"""What has just come in, durable before anybody is told so: the log at the front of the plant's memory."""
