package read

import (
	"io"
	"strings"

	"cenacle/internal/worker/stamp"
)

// TaskStamp returns what follows the bytes of a PDF so that the lines of its mark stand
// on each page, or with a page of 1 on the first alone.
const TaskStamp = "stamp"

// MostStamp is how many bytes a stamp takes.
const MostStamp = 16 << 20

func stamped(_, mark string, page int, in io.Reader, out io.Writer) error {
	raw, err := io.ReadAll(in)
	if err != nil {
		return err
	}
	tail, err := stamp.Tail(raw, strings.Split(mark, "\n"), page == 1)
	if err != nil {
		return err
	}
	_, err = out.Write(tail)
	return err
}
