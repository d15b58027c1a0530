victims --root fixtures/hand-container.cap --cpuset /half
