// The object that the precompiled header is built with.
