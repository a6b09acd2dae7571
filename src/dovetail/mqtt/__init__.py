"""The language of brokers: MQTT 3.1.1 and 5, and the Sparkplug B payload that travels in it. Knows no plant."""
