zones --root fixtures/7.2-two-nodes.cap --request 'order=0 gfp=GFP_HIGHUSER_MOVABLE node=1 policy=bind:1'
