zones --root fixtures/hand-zones-reserve.cap --json
