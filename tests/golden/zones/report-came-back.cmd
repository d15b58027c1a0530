zones --report lab/logs/fragmentation-newest.log
