package client

import (
	"context"
	"iter"
	"net/http"
	"net/url"
	"strconv"
)

func (c *Client) get(ctx context.Context, path string, query url.Values, out any) error {
	return c.Do(ctx, Call{Method: http.MethodGet, Path: path, Query: query, Out: out})
}

func (c *Client) post(ctx context.Context, path string, in, out any) error {
	return c.Do(ctx, Call{Method: http.MethodPost, Path: path, In: in, Out: out})
}

// pages walks a list of which fetch gives one page and the cursor of the next;
// it ends at the first error.
func pages[T any](fetch func(url.Values) ([]T, string, error), query url.Values) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		for {
			some, next, err := fetch(query)
			if err != nil {
				var none T
				yield(none, err)
				return
			}
			for _, one := range some {
				if !yield(one, nil) {
					return
				}
			}
			if next == "" {
				return
			}
			query.Set("cursor", next)
		}
	}
}

// Me is whom the token acts for.
func (c *Client) Me(ctx context.Context) (me Me, err error) {
	return me, c.get(ctx, "/me", nil, &me)
}

// UseLink uses a mailed link, once, and returns a client of its space alone.
func (c *Client) UseLink(ctx context.Context, firm, token string) (*Client, Bearer, error) {
	var b Bearer
	// Sent once: a link that was used is used, whatever came of the answer.
	once := *c
	once.Attempts, once.Token = 1, ""
	err := once.post(ctx, "/links/use", map[string]string{"firm": firm, "token": token}, &b)
	once.Attempts, once.Token = c.Attempts, b.Token
	return &once, b, err
}

// OpenSpace opens a space for a client, who gets a mail with her link.
func (c *Client) OpenSpace(ctx context.Context, n NewSpace) (room Room, err error) {
	return room, c.post(ctx, "/spaces", n, &room)
}

// Space returns a space.
func (c *Client) Space(ctx context.Context, of string) (room Room, err error) {
	return room, c.get(ctx, "/spaces/"+of, nil, &room)
}

// Spaces walks one's own spaces.
func (c *Client) Spaces(ctx context.Context) iter.Seq2[Space, error] {
	return pages(func(q url.Values) ([]Space, string, error) {
		var page struct {
			Spaces []Space `json:"spaces"`
			Next   string  `json:"next"`
		}
		err := c.get(ctx, "/spaces", q, &page)
		return page.Spaces, page.Next, err
	}, url.Values{})
}

// Documents walks the documents of a space, the newest first, limit at a time.
func (c *Client) Documents(ctx context.Context, in string, limit int) iter.Seq2[Document, error] {
	return pages(func(q url.Values) ([]Document, string, error) {
		var page struct {
			Documents []Document `json:"documents"`
			Next      string     `json:"next"`
		}
		err := c.get(ctx, "/spaces/"+in+"/documents", q, &page)
		return page.Documents, page.Next, err
	}, url.Values{"limit": {strconv.Itoa(limit)}})
}

// Document returns a document with its versions.
func (c *Client) Document(ctx context.Context, of string) (p Paper, err error) {
	return p, c.get(ctx, "/documents/"+of, nil, &p)
}

// AddressDocument sends a document to further circles.
func (c *Client) AddressDocument(ctx context.Context, of string, circles ...string) (p Paper, err error) {
	return p, c.post(ctx, "/documents/"+of+"/address", map[string]any{"circles": circles}, &p)
}

// Write sends a memo.
func (c *Client) Write(ctx context.Context, in string, n NewMemo) (m Memo, err error) {
	return m, c.post(ctx, "/spaces/"+in+"/memos", n, &m)
}

// Conversation returns the newest memos of a space, at most limit, in threads.
func (c *Client) Conversation(ctx context.Context, in string, limit int) ([]Thread, error) {
	var page struct {
		Threads []Thread `json:"threads"`
	}
	err := c.get(ctx, "/spaces/"+in+"/memos", url.Values{"limit": {strconv.Itoa(limit)}}, &page)
	return page.Threads, err
}

// CloseDeposit ends one's open deposit; the receipt is the answer.
func (c *Client) CloseDeposit(ctx context.Context, in string) (r Receipt, err error) {
	return r, c.post(ctx, "/spaces/"+in+"/deposits/close", nil, &r)
}

// Events returns what happened after a cursor; an empty one is the beginning,
// "now" gives nothing but where to go on from.
func (c *Client) Events(ctx context.Context, cursor string) (e Events, err error) {
	q := url.Values{}
	switch cursor {
	case "":
	case "now":
		q.Set("from", "now")
	default:
		q.Set("cursor", cursor)
	}
	return e, c.get(ctx, "/events", q, &e)
}
