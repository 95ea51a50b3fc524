//! Jobs that wait for each other, on all threads of the pool.
//!
//! A job is ready once those it waits for are done. Behind a job lies its own work, and that of the longest row of jobs
//! that wait for it one after the other. If the most work behind a ready job is as much as each thread has left to do, a
//! free thread takes that job: so no thread is left alone with a long row at the end. As long as there is time, it takes
//! the latest ready job of those that free memory, and only then the most urgent one: what a job leaves behind for
//! another one is used while it is still in the caches, and little of it lies around.

use std::cmp::Reverse;
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
    /// Whether there is less in memory when it is done.
    frees: bool,
    /// How many others it waits for.
    waits: usize,
    /// The jobs that wait for it.
    next: Vec<usize>,
}

impl Plan {
    /// Adds a job of so much work, in any unit, that waits for earlier ones. `frees` says that it needs what an earlier one
    /// has left in memory, and leaves less.
    pub(super) fn add(
        &mut self,
        work: u64,
        frees: bool,
        after: impl IntoIterator<Item = usize>,
    ) -> usize {
        let number = self.jobs.len();
        let mut waits = 0;
        for earlier in after {
            self.jobs[earlier].next.push(number);
            waits += 1;
        }
        self.jobs.push(Job {
            work,
            frees,
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
            ready: Mutex::new(Ready {
                left: self.jobs.iter().map(|j| j.work).sum(),
                taken: vec![false; self.jobs.len()],
                ..Ready::default()
            }),
            threads: rayon::current_num_threads() as u64,
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
    ready: Mutex<Ready>,
    threads: u64,
    run: &'p F,
}

/// The jobs that a thread may take.
#[derive(Default)]
struct Ready {
    /// The most urgent first, and the earliest of equals.
    by_urgency: BinaryHeap<(u64, Reverse<usize>)>,
    /// Those that free memory, the latest last.
    freeing: Vec<usize>,
    /// The work of all jobs that no thread has taken, ready or not.
    left: u64,
    /// Jobs of either list that have been taken from the other one.
    taken: Vec<bool>,
}

impl Ready {
    fn add(&mut self, job: usize, urgency: u64, frees: bool) {
        self.by_urgency.push((urgency, Reverse(job)));
        if frees {
            self.freeing.push(job);
        }
    }

    /// The job that one of so many threads is to do next.
    fn take(&mut self, threads: u64) -> Option<usize> {
        let taken = &self.taken;
        while self
            .by_urgency
            .peek()
            .is_some_and(|(_, Reverse(job))| taken[*job])
        {
            self.by_urgency.pop();
        }
        self.freeing.retain(|&job| !taken[job]);
        let &(urgency, Reverse(most_urgent)) = self.by_urgency.peek()?;
        let is_late = urgency.saturating_mul(threads) >= self.left;
        let job = match self.freeing.last() {
            Some(&freeing) if !is_late => freeing,
            _ => most_urgent,
        };
        self.taken[job] = true;
        Some(job)
    }
}

impl<F: Fn(usize) + Sync> Schedule<'_, F> {
    /// Makes jobs ready. The pool is told that there is one more job, not which: whichever thread is free first chooses
    /// among those that there are by then.
    fn add<'s>(&'s self, scope: &rayon::Scope<'s>, jobs: impl Iterator<Item = usize>) {
        let mut added = 0;
        {
            let mut ready = self.ready.lock().unwrap_or_else(PoisonError::into_inner);
            for job in jobs {
                ready.add(job, self.urgency[job], self.plan.jobs[job].frees);
                added += 1;
            }
        }
        for _ in 0..added {
            scope.spawn(move |scope| self.do_one(scope));
        }
    }

    fn do_one<'s>(&'s self, scope: &rayon::Scope<'s>) {
        let next = {
            let mut ready = self.ready.lock().unwrap_or_else(PoisonError::into_inner);
            let next = ready.take(self.threads);
            ready.left -= next.map_or(0, |job| self.plan.jobs[job].work);
            next
        };
        let Some(job) = next else {
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

    use super::{Plan, Ready};

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
        let short = plan.add(5, false, []);
        let head = plan.add(1, false, []);
        let middle = plan.add(1, false, [head]);
        let tail = plan.add(9, false, [middle]);
        assert_eq!(order(&plan), [head, middle, tail, short]);
    }

    #[test]
    fn a_job_waits_for_all_it_is_after() {
        let mut plan = Plan::default();
        let small = plan.add(1, false, []);
        let large = plan.add(9, false, []);
        let last = plan.add(1, false, [small, large]);
        assert_eq!(order(&plan), [large, small, last]);
    }

    #[test]
    fn memory_is_freed_while_there_is_time() {
        let mut plan = Plan::default();
        let first = plan.add(4, false, []);
        let frees_first = plan.add(1, true, [first]);
        let second = plan.add(3, false, []);
        let frees_second = plan.add(1, true, [second]);
        let third = plan.add(2, false, []);
        let expected = [first, frees_first, second, frees_second, third];
        assert_eq!(order(&plan), expected);
    }

    #[test]
    fn a_long_row_is_not_left_for_the_end() {
        let taken_with = |threads| {
            let mut ready = Ready {
                left: 10,
                taken: vec![false; 2],
                ..Ready::default()
            };
            ready.add(0, 6, false);
            ready.add(1, 1, true);
            ready.take(threads)
        };
        assert_eq!(taken_with(1), Some(1));
        // The other thread can do the rest by itself, and has to wait for the row as it is.
        assert_eq!(taken_with(2), Some(0));
    }
}
