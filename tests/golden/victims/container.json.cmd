victims --root fixtures/hand-container.cap --json
