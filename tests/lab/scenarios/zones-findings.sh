#: title memwhy zones: what it finds on two nodes, and that it finds nothing before and after
#: memory 448
#: cpus 2
#: nodes 288 160
#: below4g 160M
#: seconds 150
#: claim .zones.calm.findings == [] and .zones.after.findings == []
#: claim [.zones.low.findings[].id] == ["MW-WATERMARK-LOW"]
#: claim [.zones.high.findings[].id] == ["MW-WATERMARK-HIGH"]
#: claim [.zones.factor.findings[].id] == ["MW-WATERMARK-HIGH"]
#: claim [.zones.reserve.findings[].id] == ["MW-LOWMEM-RESERVE"]
#: claim [.zones.pools.findings[].id] == ["MW-HUGEPAGE-NODE"]
#: claim [.zones.low, .zones.high, .zones.factor, .zones.reserve, .zones.after | .nodes[].zones[].parts_agree] | all
# Each setting that is wrong is made wrong and right again; what is found is what was made.  Once the settings
# were written the marks are what they give.
zones() { echo "{\"zones\":{\"$1\":$(memwhy zones --ndjson 2>/dev/null)}}"; }
vm=/proc/sys/vm
node=/sys/devices/system/node/node1/hugepages/hugepages-2048kB/nr_hugepages
min=$(cat $vm/min_free_kbytes) scale=$(cat $vm/watermark_scale_factor) ratio=$(cat $vm/lowmem_reserve_ratio)
zones calm
if fault; then
	echo "$ratio" >$vm/lowmem_reserve_ratio
	echo 64 >$vm/min_free_kbytes
	zones low
	echo 60000 >$vm/min_free_kbytes
	zones high
	echo "$min" >$vm/min_free_kbytes
	echo 1000 >$vm/watermark_scale_factor
	zones factor
	echo "$scale" >$vm/watermark_scale_factor
	echo "256 1 32 0 0" >$vm/lowmem_reserve_ratio
	zones reserve
	echo "$ratio" >$vm/lowmem_reserve_ratio
	echo 200 >$node
	zones pools
	echo 0 >$node
	zones after
fi
exit 0
