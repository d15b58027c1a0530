zones --root fixtures/hand-zones-reserve.cap --request size=4K
