package store

import (
	"fmt"
	"math"
	"reflect"
	"strings"
	"unicode/utf8"

	"cenacle/internal/fault"
	"cenacle/internal/id"
)

// constant is unexported so that only constant expressions convert to it: SQL
// cannot be put together from values.
type constant string

// FirmStmt is one SQL statement on the rows of a firm. Its $1 is the firm and
// comes from the handle; the caller's arguments start at $2.
type FirmStmt struct{ text string }

// DirectoryStmt is one SQL statement on the directory; arguments start at $1.
type DirectoryStmt struct{ text string }

// ForFirm makes a statement for [Tx]. The text must be an untyped constant,
// mention firm_id and $1, and run on both engines; a census test checks it.
func ForFirm(text constant) FirmStmt { return FirmStmt{string(text)} }

// ForDirectory makes a statement for [DirectoryTx] out of an untyped constant.
func ForDirectory(text constant) DirectoryStmt { return DirectoryStmt{string(text)} }

// Text is the SQL as written, for tests that examine it.
func (s FirmStmt) Text() string { return s.text }

// Text is the SQL as written, for tests that examine it.
func (s DirectoryStmt) Text() string { return s.text }

// firmArgs puts the firm before the caller's arguments.
func firmArgs(f id.Firm, args []any) []any {
	all := make([]any, 0, len(args)+1)
	return append(append(all, string(f)), args...)
}

// plain turns arguments into what both drivers treat alike: text, 64-bit
// integers, bytes and null. A truth value becomes 0 or 1, nil bytes become
// empty bytes; null is the untyped nil only.
func plain(args []any) ([]any, error) {
	out := make([]any, len(args))
	for i, a := range args {
		v, err := plainValue(a)
		if err != nil {
			return nil, fmt.Errorf("argument %d: %w", i+1, err)
		}
		out[i] = v
	}
	return out, nil
}

func plainValue(a any) (any, error) {
	switch v := a.(type) {
	case nil:
		return nil, nil
	case string:
		return plainText(v)
	case int64:
		return v, nil
	}
	v := reflect.ValueOf(a)
	switch v.Kind() {
	case reflect.String:
		return plainText(v.String())
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		return v.Int(), nil
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		if v.Uint() <= math.MaxInt64 {
			return int64(v.Uint()), nil
		}
	case reflect.Bool:
		if v.Bool() {
			return int64(1), nil
		}
		return int64(0), nil
	case reflect.Slice:
		if v.Type().Elem().Kind() == reflect.Uint8 {
			if v.Len() == 0 {
				return []byte{}, nil
			}
			return v.Bytes(), nil
		}
	}
	return nil, fmt.Errorf("store: %T does not fit a column", a)
}

// plainText refuses what PostgreSQL cannot hold, so that SQLite does not either.
func plainText(s string) (any, error) {
	if !utf8.ValidString(s) || strings.IndexByte(s, 0) >= 0 {
		return nil, fault.New(fault.Invalid, "store.text")
	}
	return s, nil
}
