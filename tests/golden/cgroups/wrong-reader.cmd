cgroups --pages --reader kpage
