package store_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"syscall"
	"testing"

	"github.com/jackc/pgx/v5/pgconn"

	"cenacle/internal/fault"
	"cenacle/internal/store"
)

func TestClassify(t *testing.T) {
	pg := func(code string) error { return &pgconn.PgError{Code: code} }
	for _, tc := range []struct {
		err  error
		kind fault.Kind
		key  string
	}{
		{pg("23505"), fault.Conflict, "store.conflict"},
		{pg("53100"), fault.NoSpace, "store.full"},
		{pg("40001"), fault.Unavailable, "store.unavailable"},
		{pg("40P01"), fault.Unavailable, "store.unavailable"},
		{pg("55P03"), fault.Unavailable, "store.unavailable"},
		{pg("57014"), fault.Unavailable, "store.unavailable"},
		{pg("57P01"), fault.Unavailable, "store.unavailable"},
		{pg("53300"), fault.Unavailable, "store.unavailable"},
		{pg("08006"), fault.Unavailable, "store.unavailable"},
		{io.ErrUnexpectedEOF, fault.Unavailable, "store.unavailable"},
		{&net.OpError{Op: "read", Err: syscall.ECONNRESET}, fault.Unavailable, "store.unavailable"},
		{&os.PathError{Op: "open", Err: syscall.ENOSPC}, fault.NoSpace, "store.full"},
		{pg("42P01"), fault.Internal, ""},
		{pg("23503"), fault.Internal, ""},
		{errors.New("anything"), fault.Internal, ""},
		{context.Canceled, fault.Unavailable, ""},
	} {
		err := fmt.Errorf("wrapped: %w", tc.err)
		got := store.Classify(err)
		if !errors.Is(got, tc.err) {
			t.Errorf("%v: the cause is lost in %v", tc.err, got)
		}
		if kind := fault.KindOf(got); kind != tc.kind {
			t.Errorf("%v: kind %v, want %v", tc.err, kind, tc.kind)
		}
		var f *fault.Error
		if key := ""; errors.As(got, &f) {
			if key = f.Key; key != tc.key {
				t.Errorf("%v: key %q, want %q", tc.err, key, tc.key)
			}
		} else if tc.key != "" {
			t.Errorf("%v: no fault in %v", tc.err, got)
		}
	}
	if err := store.Classify(pg("25006")); !errors.Is(err, store.ErrReadOnly) || !fault.Is(err, fault.Unavailable) {
		t.Errorf("got %v, want unavailable for being read only", err)
	}
	known := fault.New(fault.Gone, "link.used")
	if got := store.Classify(known); got != error(known) {
		t.Errorf("a fault was changed into %v", got)
	}
}
