"""What a site has sealed goes to its enterprise, where samples of all sites lie; nothing at the site waits for it."""
