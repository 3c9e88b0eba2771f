package styleguide

import (
	"cenacle/internal/web"
	"cenacle/internal/web/ui"
)

// Pages answers for the style guide.
type Pages struct{}

// Show is every component in every state.
func (*Pages) Show(r *web.Request) (web.Answer, error) {
	return web.Show(Template, New(r.Base(ui.Public, "Cénacle"), "", "")), nil
}
