package registrar

// index finds AORs by name. It is a hash table with open addressing and linear
// probing that keeps 32 bits of each hash, which costs a third of a map's memory:
// 12 bytes a place, four of five taken at most.
type index struct {
	hashes []uint32
	aors   []*aor // nil: free
	count  int
}

// minPlaces is the size of the first table.
const minPlaces = 8

// home is the place an AOR goes to when it is free.
func (x *index) home(hash uint32) int { return int(uint64(hash) * uint64(len(x.aors)) >> 32) }

func (x *index) next(i int) int {
	if i++; i < len(x.aors) {
		return i
	}
	return 0
}

// placeOf is the place of an AOR, or -1.
func placeOf[T []byte | string](x *index, hash uint32, name T) int {
	if len(x.aors) == 0 {
		return -1
	}
	for i := x.home(hash); x.aors[i] != nil; i = x.next(i) {
		if x.hashes[i] == hash && x.aors[i].name() == string(name) {
			return i
		}
	}
	return -1
}

// lookUp is the AOR of a name, nil without one.
func lookUp[T []byte | string](x *index, hash uint32, name T) *aor {
	if i := placeOf(x, hash, name); i >= 0 {
		return x.aors[i]
	}
	return nil
}

// put adds an AOR or takes the place of the one with its name.
func (x *index) put(hash uint32, a *aor) {
	if i := placeOf(x, hash, a.name()); i >= 0 {
		x.aors[i] = a
		return
	}
	if x.count+1 > len(x.aors)*4/5 {
		x.grow()
	}
	x.count++
	x.add(hash, a)
}

func (x *index) add(hash uint32, a *aor) {
	i := x.home(hash)
	for x.aors[i] != nil {
		i = x.next(i)
	}
	x.hashes[i], x.aors[i] = hash, a
}

func (x *index) grow() {
	old := *x
	size := max(minPlaces, len(old.aors)*3/2)
	x.hashes, x.aors = make([]uint32, size), make([]*aor, size)
	for i, a := range old.aors {
		if a != nil {
			x.add(old.hashes[i], a)
		}
	}
}

// remove takes an AOR out and moves those behind it that would not be found any more
// into the gap.
func (x *index) remove(hash uint32, name string) {
	gap := placeOf(x, hash, name)
	if gap < 0 {
		return
	}
	x.count--
	for i := x.next(gap); x.aors[i] != nil; i = x.next(i) {
		if x.distance(x.home(x.hashes[i]), i) >= x.distance(gap, i) {
			x.hashes[gap], x.aors[gap] = x.hashes[i], x.aors[i]
			gap = i
		}
	}
	x.aors[gap] = nil
}

// distance is the number of steps from one place to another.
func (x *index) distance(from, to int) int {
	if to >= from {
		return to - from
	}
	return to - from + len(x.aors)
}
