package admin

import (
	"net/http"
	"reflect"

	"dialtone/admin/merge"
	"dialtone/store"
	"dialtone/store/record"
)

// collection is one kind of record in the API: list, create, read, change, remove.
type collection[T record.Record] struct {
	path  string // of the list
	param string // name of the identifier in the item's path
	noun  string // in sentences
	// scopes of reading and changing; create and remove are those of changing
	// unless they are set.
	read, write, create string
	required            []string

	// blank is a new record with its defaults.
	blank func() T
	// own puts a new record under what the path names.
	own func(c *call, r T)
	// parent is what the records are listed under.
	parent func(c *call) record.ID
	// visible says whether a record is under what the path names.
	visible func(c *call, r T) bool
	// guard, if any, says whether what the path names above the record is there.
	guard func(c *call) error

	// extra, if any, makes the input fields outside of the record.
	extra func() any
	// prepare, if any, completes a record before it is written. What it returns is
	// given to show: secrets that are shown once.
	prepare func(c *call, tx *store.Tx, in *input[T]) (once any, err error)
	// written, if any, does what belongs to the change in the same transaction.
	written func(c *call, tx *store.Tx, in *input[T]) error

	// removable, if any, refuses a removal.
	removable func(c *call, r T) error

	// show is what the API shows of a record; once is prepare's.
	show func(c *call, r T, once any) any
	// shown is the type show returns.
	shown reflect.Type
	// live, if any, adds what is known of the running system to shown records.
	live func(c *call, shown []any)
	// filters of the list, and what they do.
	filters []parameter
	match   func(c *call, q *query) func(v *store.View, r T) bool
}

// input is a record on its way in.
type input[T record.Record] struct {
	doc    merge.Object
	create bool
	before T // of a change
	record T
	extra  any
}

// has says whether the document names the field.
func (in *input[T]) has(field string) bool {
	_, named := in.doc[field]
	return named
}

func (k *collection[T]) kind() string {
	var zero T
	return string(zero.Kind())
}

func (k *collection[T]) item() string { return k.path + "/{" + k.param + "}" }

func (k *collection[T]) bodyTypes() []reflect.Type {
	types := []reflect.Type{reflect.TypeFor[T]().Elem()}
	if k.extra != nil {
		types = append(types, reflect.TypeOf(k.extra()).Elem())
	}
	return types
}

// operations are the five rows of the table.
func (k *collection[T]) operations() []*operation {
	if k.create == "" {
		k.create = k.write
	}
	kind := k.kind()
	return []*operation{
		{
			method: http.MethodGet, path: k.path, event: kind + ".list", scope: k.read, summary: "Lists " + k.noun + "s.",
			answer: k.shown, list: true, query: k.filters, status: http.StatusOK, handle: k.handleList,
		},
		{
			method: http.MethodPost, path: k.path, event: kind + ".create", scope: k.create, summary: "Creates " + article(k.noun) + ".",
			body: k.bodyTypes(), required: k.required, answer: k.shown, replays: true, status: http.StatusCreated, handle: k.handleCreate,
		},
		{
			method: http.MethodGet, path: k.item(), event: kind + ".read", scope: k.read, summary: "Reads " + article(k.noun) + ".",
			answer: k.shown, status: http.StatusOK, handle: k.handleRead,
		},
		{
			method: http.MethodPatch, path: k.item(), event: kind + ".update", scope: k.write, summary: "Changes " + article(k.noun) + ".",
			body: k.bodyTypes(), answer: k.shown, revisions: true, status: http.StatusOK, handle: k.handleUpdate,
		},
		{
			method: http.MethodDelete, path: k.item(), event: kind + ".delete", scope: k.create, summary: "Removes " + article(k.noun) + ".",
			revisions: true, status: http.StatusNoContent, handle: k.handleDelete,
		},
	}
}

func article(noun string) string {
	switch noun[0] {
	case 'a', 'e', 'i', 'o':
		return "an " + noun
	}
	return "a " + noun
}

func (k *collection[T]) check(c *call) error {
	if k.guard == nil {
		return nil
	}
	return k.guard(c)
}

func (k *collection[T]) handleList(c *call) (*answer, error) {
	if err := k.check(c); err != nil {
		return nil, err
	}
	q := c.query()
	limit, after := q.limit(), record.ID(q.cursor(func(text string) bool { return string(record.ID(text).Kind()) == k.kind() }))
	match := func(*store.View, T) bool { return true }
	if k.match != nil {
		match = k.match(c, q)
	}
	if err := q.err(); err != nil {
		return nil, err
	}
	var list []T
	c.view(func(v *store.View) { list = k.gather(c, v, after, limit+1, match) })
	shown := make([]any, 0, len(list))
	for _, r := range list[:min(len(list), limit)] {
		shown = append(shown, k.show(c, r, nil))
	}
	if k.live != nil {
		k.live(c, shown)
	}
	p := cut(list, limit, func(r T) string { return string(r.Header().ID) })
	p.Data = shown
	return ok(p), nil
}

// gather collects up to most matching records behind after.
func (k *collection[T]) gather(c *call, v *store.View, after record.ID, most int, match func(*store.View, T) bool) []T {
	const chunk = 200
	var list []T
	for {
		part := store.List[T](v, k.parent(c), after, chunk)
		for _, r := range part {
			if !k.visible(c, r) || !match(v, r) {
				continue
			}
			if list = append(list, r); len(list) == most {
				return list
			}
		}
		if len(part) < chunk {
			return list
		}
		after = part[len(part)-1].Header().ID
	}
}

func (k *collection[T]) handleRead(c *call) (*answer, error) {
	id := c.id(k.param)
	var r T
	found := false
	c.view(func(v *store.View) { r, found = store.Get[T](v, id) })
	if !found || !k.visible(c, r) {
		return nil, store.ErrNotFound
	}
	c.resource = id
	return k.answer(c, r, nil), nil
}

func (k *collection[T]) answer(c *call, r T, once any) *answer {
	shown := k.show(c, r, once)
	if k.live != nil {
		k.live(c, []any{shown})
	}
	return found(http.StatusOK, r.Header(), shown)
}

func (k *collection[T]) handleCreate(c *call) (*answer, error) {
	if err := k.check(c); err != nil {
		return nil, err
	}
	body, err := c.readBody()
	if err != nil {
		return nil, err
	}
	return k.createFrom(c, body)
}

// createFrom creates a record from a document.
func (k *collection[T]) createFrom(c *call, body any) (*answer, error) {
	if _, err := k.fill(body, k.blank(), true); err != nil {
		return nil, err // before it takes the committer's time
	}
	return c.change(func(tx *store.Tx) (effect, error) {
		in, err := k.fill(body, k.blank(), true)
		if err != nil {
			return effect{}, err
		}
		r := in.record
		r.Header().ID = record.NewID(r.Kind(), tx.Now())
		k.own(c, r)
		once, err := k.ready(c, tx, in)
		if err != nil {
			return effect{}, err
		}
		if err := tx.Create(r); err != nil {
			return effect{}, err
		}
		if err := k.after(c, tx, in); err != nil {
			return effect{}, err
		}
		a := found(http.StatusCreated, r.Header(), k.show(c, r, once)).at(c.expand(k.item(), k.param, r.Header().ID))
		return effect{account: logOf(c, r), after: r, answer: a}, nil
	})
}

// logOf is the account whose log tells of a change of r.
func logOf(c *call, r record.Record) record.ID {
	if r.Kind() == record.KindAccount {
		return r.Header().ID
	}
	return c.account
}

func (k *collection[T]) handleUpdate(c *call) (*answer, error) {
	body, err := c.readBody()
	if err != nil {
		return nil, err
	}
	return k.updateFrom(c, body)
}

// updateFrom changes the record the path names by a document.
func (k *collection[T]) updateFrom(c *call, body any) (*answer, error) {
	var after T
	var once any
	_, err := c.change(func(tx *store.Tx) (effect, error) {
		before, err := k.load(c, tx)
		if err != nil {
			return effect{}, err
		}
		in, err := k.fill(body, before.Clone().(T), false)
		if err != nil {
			return effect{}, err
		}
		in.before = before
		if once, err = k.ready(c, tx, in); err != nil {
			return effect{}, err
		}
		if err := tx.Replace(in.record, 0); err != nil {
			return effect{}, err
		}
		if err := k.after(c, tx, in); err != nil {
			return effect{}, err
		}
		after = in.record
		return effect{account: logOf(c, after), before: before, after: after, answer: &answer{status: http.StatusOK}}, nil
	})
	if err != nil {
		return nil, err
	}
	return k.answer(c, after, once), nil
}

func (k *collection[T]) handleDelete(c *call) (*answer, error) {
	return c.change(func(tx *store.Tx) (effect, error) {
		before, err := k.load(c, tx)
		if err != nil {
			return effect{}, err
		}
		if k.removable != nil {
			if err := k.removable(c, before); err != nil {
				return effect{}, err
			}
		}
		if err := tx.Delete(before.Header().ID, 0); err != nil {
			return effect{}, err
		}
		return effect{account: logOf(c, before), before: before, answer: &answer{status: http.StatusNoContent}}, nil
	})
}

// load is the stored record the path names, with the revision the caller wants.
func (k *collection[T]) load(c *call, tx *store.Tx) (T, error) {
	r, err := store.Load[T](tx, c.id(k.param))
	if err != nil {
		return r, err
	}
	if !k.visible(c, r) {
		return r, store.ErrNotFound
	}
	c.resource = r.Header().ID
	return r, c.matches(r.Header())
}

// fill lays the document over the record.
func (k *collection[T]) fill(body any, r T, create bool) (*input[T], error) {
	in := &input[T]{record: r, create: create}
	targets := []merge.Target{{Value: r, Defaults: k.blank()}}
	if k.extra != nil {
		in.extra = k.extra()
		targets = append(targets, merge.Target{Value: in.extra})
	}
	if err := merge.Apply(body, create, targets...); err != nil {
		return nil, err
	}
	in.doc, _ = body.(merge.Object)
	return in, nil
}

func (k *collection[T]) ready(c *call, tx *store.Tx, in *input[T]) (any, error) {
	if k.prepare == nil {
		return nil, nil
	}
	return k.prepare(c, tx, in)
}

func (k *collection[T]) after(c *call, tx *store.Tx, in *input[T]) error {
	if k.written == nil {
		return nil
	}
	return k.written(c, tx, in)
}

// inAccount are the parts every collection of an account has.
func inAccount[T record.Record](k collection[T]) *collection[T] {
	if k.blank == nil {
		panic("collection without blank: " + k.path)
	}
	k.own = func(c *call, r T) { r.Header().Account = c.account }
	k.parent = func(c *call) record.ID { return c.account }
	k.visible = func(c *call, r T) bool { return r.Header().Account == c.account }
	if k.show == nil {
		k.show = func(_ *call, r T, _ any) any { return r }
		k.shown = reflect.TypeFor[T]()
	}
	return &k
}
