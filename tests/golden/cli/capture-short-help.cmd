capture -h
