zones --processes --json --root fixtures/hand-leaking-process.cap
