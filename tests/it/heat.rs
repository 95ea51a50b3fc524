//! Heat of places. The fixture carries its expectations: `// heat N why` at the end of a line, where N is the loop depth
//! (followed by `c` if cold, `h` if marked hot) of the call of `at` on that line.

use heaplint::base::glob::Patterns;
use heaplint::heat::HeatConfig;
use heaplint::site::{GoVersion, Heat};

use crate::pipeline::{Run, everything, no_marks, run_with};

fn describe(heat: &Heat) -> String {
    let cold = if heat.cold { "c" } else { "" };
    let hot = if heat.marked_hot { "h" } else { "" };
    format!("{}{cold}{hot}", heat.loop_depth)
}

fn places(run: &Run, text: &str, mut f: impl FnMut(u32, &str, Heat)) {
    for (number, line) in (1..).zip(text.lines()) {
        if let (Some(column), Some((_, wanted))) = (line.find("at("), line.split_once("// heat ")) {
            let start = run.src.line_starts()[number as usize - 1];
            f(number, wanted, run.heat.at(start + column as u32));
        }
    }
}

#[track_caller]
fn check(text: &str, marks: &HeatConfig<'_>) {
    let run = run_with(text, GoVersion::NEWEST, &everything(), marks);
    assert!(run.parses);
    let mut seen = 0;
    places(&run, text, |number, wanted, heat| {
        assert_eq!(describe(&heat), wanted, "line {number}: {:?}", heat.why);
        seen += 1;
    });
    assert!(seen > 0);
}

#[test]
fn loops_count_and_ways_out_of_them_do_not() {
    let none = Patterns::default();
    check(include_str!("../data/heat/loops.go"), &no_marks(&none));
}

#[test]
fn marks_come_from_comments_and_config() {
    let none = Patterns::default();
    let hot = Patterns::names(["(*Decoder).*", "Map.Get"]).unwrap();
    let marks = HeatConfig {
        hot_functions: &hot,
        ..no_marks(&none)
    };
    check(include_str!("../data/heat/marks.go"), &marks);
}

#[test]
fn every_hot_place_says_why() {
    let text = "package p\nfunc f() {\n\tfor range 3 {\n\t\tfor range 4 {\n\t\t\tat() // heat 2\n\t\t}\n\t}\n}\n";
    let none = Patterns::default();
    let run = run_with(text, GoVersion::NEWEST, &everything(), &no_marks(&none));
    places(&run, text, |_, _, heat| {
        assert_eq!(
            heat.why,
            [
                "in the body of the loop at line 3",
                "in the body of the loop at line 4"
            ]
        );
    });
}

#[test]
fn deep_nesting_is_no_trouble() {
    let mut text = String::from("package p\nfunc f() {\n");
    text.push_str(&"for a { if a { ".repeat(300));
    text.push_str("at()");
    text.push_str(&"} }".repeat(300));
    text.push_str("\n}\n");
    let none = Patterns::default();
    let run = run_with(&text, GoVersion::NEWEST, &everything(), &no_marks(&none));
    let at = text.find("at()").unwrap() as u32;
    assert_eq!(run.heat.at(at).loop_depth, 300);
}
