zones --root fixtures/6.1-two-nodes.cap --request 'order=1 gfp=GFP_KERNEL|GFP_FOO'
