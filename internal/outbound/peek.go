package outbound

import (
	"context"
	"crypto/tls"
	"errors"
	"net"
	"net/http"
)

// TXT are the texts that the DNS has for a name; none is no error. What fails is an
// *[Error].
func (c *Client) TXT(ctx context.Context, name string) ([]string, error) {
	ctx, cancel := context.WithTimeout(ctx, Patience)
	defer cancel()
	texts, err := c.resolver.LookupTXT(ctx, name+".") // whole as it is: no domain of this machine is tried after it
	if none, ok := errors.AsType[*net.DNSError](err); ok && none.IsNotFound {
		return nil, nil
	}
	if err != nil {
		return nil, failed(err)
	}
	return texts, nil
}

// Peek reads the answer at an address that [Client.Check] accepts; any status but 200
// fails. Unproven takes whatever certificate is shown: for a question whose answer
// proves by itself who gave it, at a name that has no certificate yet. What fails is an
// *[Error].
func (c *Client) Peek(ctx context.Context, address string, unproven bool) ([]byte, error) {
	status, body, err := c.get(ctx, address, unproven)
	if err == nil && status != http.StatusOK {
		err = &Error{Wrong, errStatus}
	}
	return body, err
}

// Knock finds out whether anybody answers at an address that [Client.Check] accepts, whatever
// the answer is. What fails is an *[Error].
func (c *Client) Knock(ctx context.Context, address string) error {
	_, _, err := c.get(ctx, address, false)
	return err
}

func (c *Client) get(ctx context.Context, address string, unproven bool) (status int, body []byte, err error) {
	if address, err = c.Check(address); err != nil {
		return 0, nil, &Error{Forbidden, err}
	}
	ctx, cancel := context.WithTimeout(ctx, Patience)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return 0, nil, &Error{Forbidden, err}
	}
	r.Header.Set("User-Agent", "Cenacle")
	way := c.way(r)
	if unproven && way == c.secure {
		way = c.secure.Clone()
		way.TLSClientConfig = &tls.Config{MinVersion: tls.VersionTLS12, InsecureSkipVerify: true}
	}
	back, body, err := take(way, r)
	if back != nil {
		status = back.StatusCode
	}
	return status, body, err
}

var errStatus = errors.New("outbound: it answers something else")
