// Package server answers requests.
package server

import (
	"context"
	"net/http"

	"example.com/heat/tools"
)

// Page is shown.
type Page struct{ Title string }

var last *Page

// Show answers.
func Show(w http.ResponseWriter, r *http.Request) {
	last = page(r.URL.Path)
}

func page(title string) *Page { return &Page{title} }

// UnimplementedPagesServer is what generated code has services embed.
type UnimplementedPagesServer struct{}

// Pages is a service.
type Pages struct{ UnimplementedPagesServer }

// Get is called once a request.
func (Pages) Get(ctx context.Context, p *Page) (*Page, error) { return &Page{p.Title}, nil }

// All calls another package in a loop.
func All(titles []string) (pages []any) {
	for _, title := range titles {
		pages = append(pages, tools.Upper(title))
	}
	return pages
}
