zones --root fixtures/hand-zones-64k.cap --request 'size=2M gfp=GFP_KERNEL node=1' --all-orders
