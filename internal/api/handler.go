package api

import (
	"reflect"
)

// Handler is a use case with the types of what it takes and gives. Made by
// [Ask], [Tell] and [Give].
type Handler struct {
	run    func(*Request) (answer, error)
	in     func() *shape // read when somebody first asks
	out    reflect.Type  // nil: no body, or a stream
	media  string        // of a stream
	asks   bool          // it reads, and its answer is a representation
	settle bool          // it takes an Idempotency-Key
}

// None is what an operation takes or gives that takes or gives nothing.
type None struct{}

// Ask is an operation that reads: it may be asked again without harm, and its
// answer bears a validator.
func Ask[In, Out any](do func(*Request, In) (Out, error)) Handler {
	in := shapeLater(reflect.TypeFor[In]())
	h := Handler{in: in, out: reflect.TypeFor[Out](), asks: true}
	h.run = func(r *Request) (answer, error) {
		taken, err := take[In](r, in())
		if err != nil {
			return nil, err
		}
		out, err := do(r, taken)
		if err != nil {
			return nil, err
		}
		return r.encode(out)
	}
	return h
}

// Tell is an operation that changes something, once for each Idempotency-Key.
// Asked a second time with the same key, it answers with again: what the object
// that the act made or changed is by now. A nil again answers without a body.
func Tell[In, Out any](do func(*Request, In) (Out, error), again func(r *Request, in In, object string) (Out, error)) Handler {
	in := shapeLater(reflect.TypeFor[In]())
	h := Handler{in: in, out: reflect.TypeFor[Out](), settle: true}
	if h.out == reflect.TypeFor[None]() {
		h.out = nil
	}
	h.run = func(r *Request) (answer, error) {
		taken, err := take[In](r, in())
		if err != nil {
			return nil, err
		}
		if err := r.once(); err != nil {
			return nil, err
		}
		out, err := settle(r, func() (out Out, err error) {
			release, err := r.hold()
			if err != nil {
				return out, err
			}
			defer release()
			return do(r, taken)
		}, func(object string) (out Out, err error) {
			if again != nil {
				out, err = again(r, taken, object)
			}
			return out, err
		})
		if err != nil {
			return nil, err
		}
		return r.encode(out)
	}
	return h
}

// Give is an operation that answers with bytes of a media type.
func Give[In any](media string, do func(*Request, In) (Stream, error)) Handler {
	in := shapeLater(reflect.TypeFor[In]())
	return Handler{in: in, media: media, run: func(r *Request) (answer, error) {
		taken, err := take[In](r, in())
		if err != nil {
			return nil, err
		}
		return do(r, taken)
	}}
}

// settled says that a streaming operation takes an Idempotency-Key.
func (h Handler) settled() Handler {
	h.settle = true
	return h
}

// take reads what an operation takes.
func take[In any](r *Request, in *shape) (taken In, err error) {
	v := reflect.ValueOf(&taken).Elem()
	if err := in.parameters(r, v); err != nil {
		return taken, err
	}
	if !in.body {
		return taken, nil
	}
	if r.body, err = readAll(r); err != nil {
		return taken, err
	}
	return taken, in.fill(v, r.body)
}

// place says where in the request what a use case calls field stands.
func (h Handler) place(field string) (pointer, parameter string) {
	if h.in == nil || field == "" {
		return "", ""
	}
	switch field[0] {
	case '/':
		return field, ""
	case '?':
		return "", field[1:]
	}
	if at, known := h.in().places[field]; known && at[0] == '?' {
		return "", at[1:]
	} else if known {
		return at, ""
	}
	return "", ""
}
