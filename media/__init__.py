"""All audio of live Spaces: a pure part stepped by hand in tests, and the edge that speaks WebRTC."""
