victims --root fixtures/hand-container.cap --nodes 1
