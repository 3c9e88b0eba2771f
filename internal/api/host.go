package api

import "cenacle/internal/hostname"

// Host is where the firm is reached on the web.
type Host struct {
	Address string       `json:"address" doc:"where the firm is reached, and where its links begin"`
	Name    string       `json:"name,omitempty" doc:"its own name, as the DNS writes it; absent: it is reached at the public address that all firms share"`
	Since   Instant      `json:"since,omitzero" doc:"since when the name is its own"`
	Claimed *ClaimedHost `json:"claimed,omitempty" doc:"the name that it wants, and what is missing; absent: it wants none"`
	Former  []FormerHost `json:"former" doc:"names that it gave up; requests for them are sent on"`
}

// ClaimedHost is a name that a firm wants, with the records that its domain needs before the
// name is checked.
type ClaimedHost struct {
	Name  string     `json:"name"`
	Since Instant    `json:"since"`
	Text  HostRecord `json:"txt" doc:"of type TXT: it shows that the name is the firm’s"`
	Leads string     `json:"cname" doc:"where the name is to lead"`
}

// HostRecord is a record of the DNS.
type HostRecord struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

// FormerHost is a name that a firm gave up.
type FormerHost struct {
	Name  string  `json:"name"`
	Until Instant `json:"until" doc:"until then requests are sent on, and no other firm gets it"`
}

func (n *Nouns) host(r *Request, _ None) (Host, error) {
	v, err := n.Hosts.Show(r.Context(), r.Actor)
	if err != nil {
		return Host{}, err
	}
	out := Host{Address: r.api.BaseOf(r.Actor.Firm).String(), Former: make([]FormerHost, len(v.Former))}
	if v.Active != nil {
		out.Name, out.Since = v.Active.Name, Instant(v.Active.Since)
	}
	if c := v.Claimed; c != nil {
		out.Claimed = &ClaimedHost{c.Name, Instant(c.Since), HostRecord{v.Record.Name, v.Record.Value}, v.Record.Host}
	}
	for i, f := range v.Former {
		out.Former[i] = FormerHost{f.Name, Instant(f.Since.Add(hostname.Rest))}
	}
	return out, nil
}

// WantedHost is a name of a firm's own domain.
type WantedHost struct {
	Name string `json:"name" doc:"without scheme and port, as people write it or as the DNS does"`
}

func (n *Nouns) claimHost(r *Request, in WantedHost) (Host, error) {
	if err := n.Hosts.Claim(r.Context(), r.Actor, in.Name); err != nil {
		return Host{}, err
	}
	return n.host(r, None{})
}

func (n *Nouns) claimedHost(r *Request, _ WantedHost, _ string) (Host, error) {
	return n.host(r, None{})
}

func (n *Nouns) checkHost(r *Request, _ None) (Host, error) {
	if err := n.Hosts.Check(r.Context(), r.Actor); err != nil {
		return Host{}, err
	}
	return n.host(r, None{})
}

func (n *Nouns) checkedHost(r *Request, _ None, _ string) (Host, error) { return n.host(r, None{}) }

func (n *Nouns) dropHost(r *Request, _ None) (None, error) {
	return None{}, n.Hosts.Drop(r.Context(), r.Actor)
}

func (n *Nouns) endHost(r *Request, _ None) (None, error) {
	return None{}, n.Hosts.End(r.Context(), r.Actor)
}
