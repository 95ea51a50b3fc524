//! Jobs that wait for each other, on all threads of the pool.
//!
//! A job is ready once those it waits for are done. Of the ready ones, a free thread takes the one with the most work
//! behind it: its own, and that of the longest row of jobs that wait for it one after the other. So no thread is left
//! alone with a long row at the end, while jobs that nothing waits for fill the gaps.

use std::collections::BinaryHeap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

/// What there is to do. A job is known by its number, from 0 in the order they were added.
#[derive(Default)]
pub(super) struct Plan {
    jobs: Vec<Job>,
}

#[derive(Default)]
struct Job {
    work: u64,
    /// How many others it waits for.
    waits: usize,
    /// The jobs that wait for it.
    next: Vec<usize>,
}

impl Plan {
    /// Adds a job of so much work, in any unit, that waits for earlier ones.
    pub(super) fn add(&mut self, work: u64, after: impl IntoIterator<Item = usize>) -> usize {
        let number = self.jobs.len();
        let mut waits = 0;
        for earlier in after {
            self.jobs[earlier].next.push(number);
            waits += 1;
        }
        self.jobs.push(Job {
            work,
            waits,
            next: Vec::new(),
        });
        number
    }

    /// Runs all jobs, `run` being given their numbers.
    pub(super) fn run(&self, run: &(impl Fn(usize) + Sync)) {
        let schedule = Schedule {
            plan: self,
            urgency: self.urgency(),
            waits: self.jobs.iter().map(|j| j.waits.into()).collect(),
            ready: Mutex::default(),
            run,
        };
        let schedule = &schedule;
        rayon::scope(|scope| {
            let at_once = (0..self.jobs.len()).filter(|&job| self.jobs[job].waits == 0);
            schedule.add(scope, at_once);
        });
    }

    /// The work behind each job.
    fn urgency(&self) -> Vec<u64> {
        let mut urgency = vec![0; self.jobs.len()];
        for (number, job) in self.jobs.iter().enumerate().rev() {
            let longest = job.next.iter().map(|&next| urgency[next]).max();
            urgency[number] = job.work + longest.unwrap_or(0);
        }
        urgency
    }
}

/// A plan that is being carried out.
struct Schedule<'p, F> {
    plan: &'p Plan,
    urgency: Vec<u64>,
    /// How many jobs each one still waits for.
    waits: Vec<AtomicUsize>,
    /// The most urgent first, and the earliest of equals.
    ready: Mutex<BinaryHeap<(u64, std::cmp::Reverse<usize>)>>,
    run: &'p F,
}

impl<F: Fn(usize) + Sync> Schedule<'_, F> {
    /// Makes jobs ready. The pool is told that there is one more job, not which: whichever thread is free first takes the
    /// most urgent one there is by then.
    fn add<'s>(&'s self, scope: &rayon::Scope<'s>, jobs: impl Iterator<Item = usize>) {
        let mut added = 0;
        {
            let mut ready = self.ready.lock().unwrap_or_else(PoisonError::into_inner);
            for job in jobs {
                ready.push((self.urgency[job], std::cmp::Reverse(job)));
                added += 1;
            }
        }
        for _ in 0..added {
            scope.spawn(move |scope| self.do_one(scope));
        }
    }

    fn do_one<'s>(&'s self, scope: &rayon::Scope<'s>) {
        let most_urgent = {
            let mut ready = self.ready.lock().unwrap_or_else(PoisonError::into_inner);
            ready.pop()
        };
        let Some((_, std::cmp::Reverse(job))) = most_urgent else {
            return;
        };
        (self.run)(job);
        let next = self.plan.jobs[job].next.iter().copied();
        self.add(
            scope,
            next.filter(|&n| self.waits[n].fetch_sub(1, Ordering::AcqRel) == 1),
        );
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use super::Plan;

    fn order(plan: &Plan) -> Vec<usize> {
        let done = Mutex::new(Vec::new());
        let pool = rayon::ThreadPoolBuilder::new().num_threads(1).build();
        let run = |job| done.lock().unwrap().push(job);
        pool.unwrap().install(|| plan.run(&run));
        done.into_inner().unwrap()
    }

    #[test]
    fn the_longest_row_is_begun_first() {
        let mut plan = Plan::default();
        let short = plan.add(5, []);
        let head = plan.add(1, []);
        let middle = plan.add(1, [head]);
        let tail = plan.add(9, [middle]);
        assert_eq!(order(&plan), [head, middle, tail, short]);
    }

    #[test]
    fn a_job_waits_for_all_it_is_after() {
        let mut plan = Plan::default();
        let small = plan.add(1, []);
        let large = plan.add(9, []);
        let last = plan.add(1, [small, large]);
        assert_eq!(order(&plan), [large, small, last]);
    }
}
