"""Old machines that only let themselves be felt: what a clamp, a vibration or a light says of running and idling."""
