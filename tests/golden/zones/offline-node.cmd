zones --root fixtures/hand-zones-offline-node.cap --request node=0
