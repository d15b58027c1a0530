zones --root fixtures/hand-zones-64k.cap --json
