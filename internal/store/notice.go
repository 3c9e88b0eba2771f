package store

import (
	"context"
	"errors"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"cenacle/internal/fault"
)

const (
	channel = "cenacle" // of the notices between the processes of an installation

	// NoticeMax is the longest notice, in bytes: PostgreSQL takes less than 8000.
	NoticeMax = 7900

	noticeCheck = 10 * time.Second // after so much silence, the server is asked whether it is there
	noticeReach = 5 * time.Second  // and must answer within that
	noticeNap   = 2 * time.Second  // the longest pause before it is tried again
)

var errNotice = errors.New("store: a notice is empty, too long, or has several lines")

// Announce says something to every process that listens to this installation,
// this one included ([Store.Listen]). Notices are heard after what was committed
// before them; they may be lost, and whoever has access to the database may send
// some. The embedded engine has no other process: it does nothing.
func (s *Store) Announce(ctx context.Context, notices []string) (err error) {
	defer fault.Op(&err, "store.Announce")
	for _, n := range notices {
		if n == "" || len(n) > NoticeMax || strings.ContainsAny(n, "\n\x00") {
			return errNotice
		}
	}
	p, ok := s.engine.(*postgres)
	if !ok || len(notices) == 0 {
		return nil
	}
	if err := s.enter(); err != nil {
		return err
	}
	defer s.running.Done()
	ctx, cancel := context.WithTimeout(ctx, noticeReach)
	defer cancel()
	_, err = p.roll.ExecContext(ctx, "select pg_notify($1, n) from unnest(string_to_array($2, chr(10))) n", channel, strings.Join(notices, "\n"))
	return classify(err)
}

// Listen hands over what is announced until ctx ends, then returns nil. It keeps
// a connection of its own and makes another one whenever that breaks; begun is
// called each time, as whatever was announced before may have been missed. With
// the embedded engine it only waits.
func (s *Store) Listen(ctx context.Context, heard func(notice string), begun func()) error {
	p, ok := s.engine.(*postgres)
	if !ok {
		<-ctx.Done()
		return nil
	}
	nap := firstNap
	for {
		p.listen(ctx, heard, func() {
			nap = firstNap
			begun()
		})
		if pause(ctx, nap) != nil {
			return nil
		}
		nap = min(2*nap, noticeNap)
	}
}

// listen hands over notices until its connection breaks, which is no error.
func (p *postgres) listen(ctx context.Context, heard func(string), begun func()) {
	conn, err := pgx.ConnectConfig(ctx, p.config.Copy())
	if err != nil {
		return
	}
	defer func() { _ = conn.Close(context.WithoutCancel(ctx)) }() // it is broken, or we go
	if _, err := conn.Exec(ctx, "listen "+channel); err != nil {
		return
	}
	begun()
	for ctx.Err() == nil {
		n, err := waitNotice(ctx, conn)
		if err != nil {
			return
		}
		if n != "" {
			heard(n)
		}
	}
}

// waitNotice returns the next notice, or "" after a silence in which the server
// has proved to be there.
func waitNotice(ctx context.Context, conn *pgx.Conn) (string, error) {
	quiet, cancel := context.WithTimeout(ctx, noticeCheck)
	defer cancel()
	n, err := conn.WaitForNotification(quiet)
	if err == nil {
		return n.Payload, nil
	}
	if quiet.Err() == nil || conn.IsClosed() {
		return "", err
	}
	short, cancel := context.WithTimeout(ctx, noticeReach)
	defer cancel()
	return "", conn.Ping(short)
}
