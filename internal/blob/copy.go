package blob

import (
	"io"
	"io/fs"
)

// Segments of one piece, and how many pieces CopyTo has in memory at most.
const (
	pieceSegments = 2
	pieceSize     = pieceSegments * segmentSize
	piecesAhead   = 4
)

// piece is room for some segments as they lie in the bucket, and opened.
type piece struct {
	raw, plain [pieceSize]byte
	opened     []byte // in plain: what was asked for
	err        error  // why there is no more after it
}

// CopyTo writes n bytes from the position on to w, or fewer at the end of the
// plaintext. It is Read and Write in larger pieces, of which the next ones are
// read and opened while one is written. It returns the first failure of either.
func (r *Reader) CopyTo(w io.Writer, n int64) (written int64, err error) {
	if r.page == nil {
		return 0, fs.ErrClosed
	}
	end := min(r.size, r.position+n)
	free, full, stop := make(chan *piece, piecesAhead), make(chan *piece, piecesAhead), make(chan struct{})
	lent := int(min(piecesAhead, (end-r.position)/pieceSize+1))
	for range lent {
		free <- r.store.pieces.Get().(*piece)
	}
	go r.readAhead(end, free, full, stop)
	for p := range full {
		k, failed := 0, error(nil)
		if len(p.opened) > 0 {
			k, failed = w.Write(p.opened)
		}
		written += int64(k)
		if err == nil {
			err = failed
		}
		if err == nil {
			err = p.err
		}
		free <- p // never waits: it has room for each
		if err != nil {
			break
		}
	}
	close(stop)
	for p := range full { // closed when readAhead has ended
		lent--
		r.store.putPiece(p)
	}
	for range lent {
		r.store.putPiece(<-free)
	}
	r.position += written
	return written, err
}

// putPiece keeps a piece for the next copy, without what it held.
func (s *Store) putPiece(p *piece) {
	clear(p.plain[:])
	s.pieces.Put(p)
}

// readAhead fills pieces up to a position of the plaintext, in order, until one
// fails or nobody wants more.
func (r *Reader) readAhead(end int64, free <-chan *piece, full chan<- *piece, stop <-chan struct{}) {
	defer close(full)
	for at := r.position; at < end; {
		var p *piece
		select {
		case p = <-free:
		case <-stop:
			return
		}
		r.load(p, at, end)
		at += int64(len(p.opened))
		failed := p.err != nil
		full <- p // never waits: it has room for each
		if failed {
			return
		}
	}
}

// load opens what a piece holds from a position on, and not beyond end.
func (r *Reader) load(p *piece, at, end int64) {
	first := segmentAt(at)
	last := min(first+pieceSegments-1, segmentAt(end-1))
	from := first*segmentSize + int64(lead(first))
	raw := p.raw[:min((last+1)*segmentSize, r.object.Size())-from]
	p.opened = nil
	if p.err = r.fetch(raw, from); p.err != nil {
		return
	}
	out := p.plain[:0]
	for n := first; n <= last; n++ {
		sealed := raw[max(0, n*segmentSize-from):min(int64(len(raw)), (n+1)*segmentSize-from)]
		plain, err := r.stream.open(out[len(out):], n, n == segments(r.size)-1, sealed)
		if err != nil {
			p.err = err
			break
		}
		out = out[:len(out)+len(plain)]
	}
	p.opened = out[min(int64(len(out)), at-start(first)):min(int64(len(out)), end-start(first))]
}
