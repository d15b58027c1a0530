zones --root fixtures/hand-zones-highmem.cap --json
