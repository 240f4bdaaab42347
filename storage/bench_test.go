package storage_test

import (
	"context"
	"fmt"
	"sync/atomic"
	"testing"
)

// BenchmarkUpdate counts commits one after the other, each on the disk before
// the next begins.
func BenchmarkUpdate(b *testing.B) {
	db := open(b, path(b))
	r := create(b, db, "github_pat")
	for b.Loop() {
		update(b, db, r.ID, note(fmt.Sprint(b.Elapsed())))
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "commits/s")
}

// BenchmarkUpdateParallel counts them with many writers in line for the one
// connection.
func BenchmarkUpdateParallel(b *testing.B) {
	db := open(b, path(b))
	r := create(b, db, "github_pat")
	var n atomic.Int64
	b.SetParallelism(8)
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			if _, err := db.Update(context.Background(), r.ID, note(fmt.Sprint(n.Add(1)))); err != nil {
				b.Error(err)
			}
		}
	})
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "commits/s")
}
