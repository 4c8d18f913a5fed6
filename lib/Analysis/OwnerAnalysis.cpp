// Placeholder object until the analyses land; replaced by the secrecy phase.
