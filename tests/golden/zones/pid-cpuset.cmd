zones --root fixtures/hand-zones-hugepages.cap --request 'pid=402 gfp=GFP_HIGHUSER_MOVABLE'
