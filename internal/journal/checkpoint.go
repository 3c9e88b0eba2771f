package journal

import (
	"encoding/base64"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"cenacle/internal/store"
)

// sizeLimit bounds the sizes and indexes read from outside. No journal comes
// near it, and tlog's arithmetic is meant for trees far below 2^62.
const sizeLimit = 1 << 48

var errCheckpoint = errors.New("journal: malformed checkpoint")

// signCheckpoint writes and signs the C2SP tlog-checkpoint of a tree.
func signCheckpoint(k key, size int64, root tlog.Hash) (string, error) {
	text := fmt.Sprintf("%s\n%d\n%s\n", k.verifier.Name(), size, root)
	signed, err := note.Sign(&note.Note{Text: text}, k.signer)
	if err != nil {
		return "", fmt.Errorf("journal: sign checkpoint %d: %w", size, err)
	}
	return string(signed), nil
}

// tree is what a checkpoint says.
type tree struct {
	origin string
	size   int64
	root   tlog.Hash
}

// parseTree reads the text of a checkpoint without judging its signature:
// exactly three lines, in their one spelling.
func parseTree(checkpoint string) (tree, error) {
	text, _, signed := strings.Cut(checkpoint, "\n\n")
	lines := strings.Split(text, "\n")
	if !signed || len(lines) != 3 || lines[0] == "" {
		return tree{}, errCheckpoint
	}
	size, err := parseCount(lines[1])
	if err != nil {
		return tree{}, errCheckpoint
	}
	root, err := parseHash(lines[2])
	if err != nil {
		return tree{}, errCheckpoint
	}
	return tree{origin: lines[0], size: size, root: root}, nil
}

// openCheckpoint checks the signature, by v and nobody else, and reads the tree.
func openCheckpoint(checkpoint string, v note.Verifier) (tree, error) {
	if len(checkpoint) > 4096 || !utf8.ValidString(checkpoint) {
		return tree{}, errCheckpoint
	}
	n, err := note.Open([]byte(checkpoint), note.VerifierList(v))
	if err != nil {
		return tree{}, fmt.Errorf("journal: checkpoint: %w", err)
	}
	// One signature in one spelling: note.Open lets other lines, repetitions
	// and padding bits pass.
	if len(n.Sigs) != 1 || len(n.UnverifiedSigs) != 0 || strings.Count(checkpoint, "\n") != 5 {
		return tree{}, errCheckpoint
	}
	if _, err := base64.StdEncoding.Strict().DecodeString(n.Sigs[0].Base64); err != nil {
		return tree{}, errCheckpoint
	}
	t, err := parseTree(checkpoint)
	if err != nil {
		return tree{}, err
	}
	if t.origin != v.Name() {
		return tree{}, errCheckpoint
	}
	return t, nil
}

func parseCount(s string) (int64, error) {
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil || n < 0 || n > sizeLimit || strconv.FormatInt(n, 10) != s {
		return 0, errors.New("journal: malformed number")
	}
	return n, nil
}

func parseHash(s string) (tlog.Hash, error) {
	raw, err := base64.StdEncoding.Strict().DecodeString(s)
	if err != nil || len(raw) != tlog.HashSize || len(s) != base64.StdEncoding.EncodedLen(tlog.HashSize) {
		return tlog.Hash{}, errors.New("journal: malformed hash")
	}
	return tlog.Hash(raw), nil
}

var (
	insertHead = store.ForFirm(`
		insert into journal_head (firm_id, size, checkpoint, created_at) values ($1, $2, $3, $4)`)
	selectLastHead = store.ForFirm(`
		select size, checkpoint, created_at from journal_head where firm_id = $1 order by size desc limit 1`)
)

// latestHead reads the newest head and checks its signature; the zero Head
// when there is none.
func latestHead(tx *store.Tx, k key) (Head, error) {
	var size, at int64
	var checkpoint string
	err := tx.Row(selectLastHead, nil, &size, &checkpoint, &at)
	if errors.Is(err, store.ErrNoRow) {
		return Head{Verifier: k.text}, nil
	}
	if err != nil {
		return Head{}, err
	}
	t, err := openCheckpoint(checkpoint, k.verifier)
	if err != nil {
		return Head{}, broken(err)
	}
	if t.size != size {
		return Head{}, broken(fmt.Errorf("journal: head %d holds the checkpoint of %d", size, t.size))
	}
	return Head{Size: size, Root: t.root, Checkpoint: checkpoint, Verifier: k.text, At: store.Time(at)}, nil
}
