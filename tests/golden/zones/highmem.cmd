zones --root fixtures/hand-zones-highmem.cap --request 'gfp=GFP_HIGHUSER_MOVABLE' --all-orders
