zones --root fixtures/6.12-swap.cap --request 'order=3 gfp=GFP_ATOMIC'
