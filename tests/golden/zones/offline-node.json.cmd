zones --root fixtures/hand-zones-offline-node.cap --json
