//! Every macro, with every clause.

use blockprint::typed::prelude::*;

struct Layers {
    line: conv!(2 x 9 => 4 x 4, kernel 3, stride 2),
    volume: conv!(2 x 4 x 5 x 6 => 4 x 2 x 3 x 3, kernel 3 x 3 x 3, stride 2 x 2 x 2, pad 1 x 1 x 1, groups 2),
    lopsided: conv!(1 x 5 x 5 => 1 x 5 x 5, kernel 2 x 2, pad (0, 1) x (1, 0), no bias),
    wide: conv!(1 x 7 x 7 => 1 x 3 x 7, kernel 3 x 1, dilation 2 x 1),
    up: conv_transpose!(4 x 3 x 3 => 2 x 6 x 6, kernel 3 x 3, stride 2 x 2, pad 1 x 1, output_pad 1 x 1, no bias),
    separable: separable!(2 x 5 x 6 => 3 x 3 x 3, kernel 3 x 3, stride 2 x 2, pad 1 x 1, multiplier 2),
    grouped: conv_transpose!(4 x 3 x 3 => 2 x 5 x 5, kernel 3 x 3, dilation 1 x 1, groups 2),
    rows: Embedding<5, 3>,
    norm: LayerNorm<(Const<3>,)>,
    groups: GroupNorm<4>,
    instances: InstanceNorm<4>,
}

module!(Layers {
    line: "line",
    volume: "volume",
    lopsided: "lopsided",
    wide: "wide",
    up: "up",
    separable: "separable",
    grouped: "grouped",
    rows: "rows",
    norm: "norm",
    groups: "groups",
    instances: "instances",
});

impl Layers {
    fn new() -> Self {
        Self {
            line: Conv::new(),
            volume: Conv::new(),
            lopsided: Conv::new(),
            wide: Conv::new(),
            up: ConvTranspose::new(),
            separable: Separable::new().penalty(Penalty { l1: 0.0, l2: 1e-4 }),
            grouped: ConvTranspose::new(),
            rows: Embedding::new(),
            norm: LayerNorm::new().eps(1e-3),
            groups: GroupNorm::new(2),
            instances: InstanceNorm::new(),
        }
    }
}

fn counted<S: Batch>(len: usize) -> Tensor<S, f32, Cpu> {
    tensor((0..len).map(|i| i as f32).collect(), 1)
}

#[test]
fn layers_of_every_kind() {
    let mut net = Layers::new();
    initialize(&mut net, 3);
    let line: Seq<usize, 4, 4> = net.line.forward(counted(18));
    let volume: Volume<usize, 4, 2, 3, 3> = net.volume.forward(counted(240));
    let lopsided: Map<usize, 1, 5, 5> = net.lopsided.forward(counted(25));
    let wide: Map<usize, 1, 3, 7> = net.wide.forward(counted(49));
    let up: Map<usize, 2, 6, 6> = net.up.forward(counted(36));
    let separable: Map<usize, 3, 3, 3> = net.separable.forward(counted(60));
    let grouped: Map<usize, 2, 5, 5> = net.grouped.forward(counted(36));
    let rows: Features<usize, 3> = net.norm.forward(net.rows.forward(labels(vec![4])));
    let normed: Map<usize, 4, 3, 3> = net.instances.forward(net.groups.forward(counted(36)));
    let all = [values(&line), values(&volume), values(&lopsided), values(&wide), values(&up), values(&grouped)];
    assert!(all.iter().chain([&values(&rows), &values(&normed)]).flatten().all(|v| v.is_finite()));
    assert!(values(&separable).iter().all(|v| v.is_finite()));
    assert_eq!(parameter_count(&net.separable), 4 * 9 + 4 * 3 + 3);
    assert_eq!(parameter_count(&net.lopsided), 4);
    assert_eq!(parameter_count(&net.grouped), 4 * 9 + 2);
}

#[test]
fn sizes_change_as_written() {
    let x = || counted::<(usize, Const<1>, Const<4>, Const<4>)>(16);
    let pooled = max_pool!(x(); 1 x 4 x 4 => 1 x 2 x 2, kernel 2 x 2, stride 2 x 2);
    assert_eq!(values(&pooled), [5.0, 7.0, 13.0, 15.0]);
    let padded = max_pool!(x(); 1 x 4 x 4 => 1 x 3 x 3, kernel 2 x 2, stride 2 x 2, pad 1 x 1);
    assert_eq!(values(&padded), [0.0, 2.0, 3.0, 8.0, 10.0, 11.0, 12.0, 14.0, 15.0]);
    let spread = max_pool!(x(); 1 x 4 x 4 => 1 x 2 x 2, kernel 2 x 2, dilation 2 x 2);
    assert_eq!(values(&spread), [10.0, 11.0, 14.0, 15.0]);
    let up = max_pool!(x(); 1 x 4 x 4 => 1 x 2 x 2, kernel 3 x 3, stride 2 x 2, ceil);
    assert_eq!(values(&up), [10.0, 11.0, 14.0, 15.0]);
    let mean = avg_pool!(x(); 1 x 4 x 4 => 1 x 2 x 2, kernel 2 x 2, stride 2 x 2);
    assert_eq!(values(&mean), [2.5, 4.5, 10.5, 12.5]);
    let mean = avg_pool!(x(); 1 x 4 x 4 => 1 x 2 x 2, kernel 4 x 4, stride 4 x 4, pad 2 x 2, ceil, count pad);
    assert_eq!(values(&mean), [10.0 / 16.0, 18.0 / 16.0, 42.0 / 16.0, 50.0 / 16.0]);
    let mean = avg_pool!(x(); 1 x 4 x 4 => 1 x 1 x 1, kernel 4 x 4, stride 4 x 4, count pad);
    assert_eq!(values(&squeeze(mean)), [7.5]);

    assert_eq!(values(&reshape!(flatten!(x(); 1 x 4 x 4 => 16); 16 => 2 x 8)).len(), 16);
    let (a, b) = (x(), x());
    let joined: Map<usize, 2, 4, 4> = concat_channels!(a: 1 x 4 x 4, b: 1 x 4 x 4 => 2 x 4 x 4);
    assert_eq!(values(&joined), [values(&x()), values(&x())].concat());
    let x = || counted::<(usize, Const<1>, Const<2>, Const<2>)>(4);
    assert_eq!(values(&pad!(x(); 1 x 2 x 2 => 1 x 2 x 3, by 0 x (0, 1))), [0.0, 1.0, 0.0, 2.0, 3.0, 0.0]);
    assert_eq!(values(&pad!(x(); 1 x 2 x 2 => 1 x 2 x 3, by 0 x (1, 0), value 9.0)), [9.0, 0.0, 1.0, 9.0, 2.0, 3.0]);
    assert_eq!(values(&pad!(x(); 1 x 2 x 2 => 1 x 2 x 3, by 0 x (1, 0), reflect)), [1.0, 0.0, 1.0, 3.0, 2.0, 3.0]);
    assert_eq!(values(&pad!(x(); 1 x 2 x 2 => 1 x 3 x 2, by (1, 0) x 0, edge)), [0.0, 1.0, 0.0, 1.0, 2.0, 3.0]);
    assert_eq!(values(&upsample!(x(); 1 x 2 x 2 => 1 x 2 x 4, nearest)), [0.0, 0.0, 1.0, 1.0, 2.0, 2.0, 3.0, 3.0]);
    assert_eq!(values(&upsample!(x(); 1 x 2 x 2 => 1 x 3 x 3, aligned))[4], 1.5);
    let deep: Map<usize, 4, 1, 1> = space_to_depth!(x(); 1 x 2 x 2 => 4 x 1 x 1, block 2);
    let wide: Map<usize, 1, 2, 2> = depth_to_space!(deep; 4 x 1 x 1 => 1 x 2 x 2, block 2);
    assert_eq!(values(&wide), [0.0, 1.0, 2.0, 3.0]);
}
