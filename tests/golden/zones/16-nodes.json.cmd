zones --root fixtures/hand-zones-16-nodes.cap --json
