import Descriptions

// Checked by hand: 24 decisions in 13 slots; head 0 holds 10 slots after 12 tokens, head 1 holds 3. The digest also
// pins the bytes of format version 1.
extension InspectReportTests {
    static let goldenText = #"""
        Headroom \#(Release.version) · headroom inspect a.hrt

               trace  a.hrt: format 1, finished
               model  sample: 1 layers × 2 KV heads (4 query heads) × 16 channels, DMC (window 12, trained for 4.00×), trained with 2 of 4 KV heads
          checkpoint  cccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccc
           tokenizer  7777777777777777777777777777777777777777777777777777777777777777
              policy  dmc, rule plain
          arithmetic  float32 on plain
            sampling  greedy, seed 0, at most 32 new tokens
             prompts  2, of 12 tokens: 8 given, 4 generated
         prompt list  1111111111111111111111111111111111111111111111111111111111111111
         compression  1.85 tokens per slot; given 1.60, generated 2.67; prompts from 1.60 to 2.00, varying by 11 %
          likelihood  1.100 nats per predicted token; given 1.500, generated 0.500
               bytes  1,280: decisions 32, likelihoods 40, token ids 0, framing 1,208
          a decision  1.3333 bytes of decision bits, 53.3333 of the file, over 24 decisions
              digest  c919157826b47a42bbcf11f044051ffa50ab885d7045fa4965775f3802ce620f

        Compression by layer and head
        layer   all       0     1
            0  1.85    1.20  4.00
        tokens per slot; 'all' is the layer's heads together

        heads            layer  head  tokens/slot  lowest  highest  varies by
        most compressed      0     1         4.00    4.00     4.00        0 %
                             0     0         1.20    1.00     1.33       14 %
        most varying         0     0         1.20    1.00     1.33       14 %
                             0     1         4.00    4.00     4.00        0 %
        lowest and highest of a prompt; 'varies by' is the standard deviation over prompts as a share of their mean

        tokens of a segment  segments   share
        1                           9  69.2 %
        2                           0   0.0 %
        3 to 4                      4  30.8 %
        the longest has 4 tokens

        position                         merged
        0                                 0.0 %
        1         ██████████             50.0 %
        2         ██████████             50.0 %
        3         ██████████             50.0 %
        4                                 0.0 %
        5         ████████████████████  100.0 %
        6         ████████████████████  100.0 %
        7         ██████████             50.0 %

        Which tokens are merged most is not known: the trace does not keep their ids (record --keep-tokens).

        prompt        given  generated  tokens/slot  given  generated  nats/token
        a                 4          0         1.60   1.60          –       2.000
        b, "c"\u{1B}      4          4         2.00   1.60       2.67       0.714

        a: 0 append, 1 merge, 4 given + 0 generated
            0     0  0000
            0     1  0111

        b, "c"\u{1B}: 0 append, 1 merge, 4 given + 4 generated
            0     0  00000110
            0     1  01110111

        """#

    // swift-format-ignore
    static let goldenJSON = #"""
        {
          "headroom": "\#(Release.version)",
          "command": "headroom inspect a.hrt",
          "finished": true,
          "torn_bytes": 0,
          "digest": "c919157826b47a42bbcf11f044051ffa50ab885d7045fa4965775f3802ce620f",
          "model": "sample",
          "policy": "dmc",
          "layers": 1,
          "kv_heads": 2,
          "heads": 4,
          "head_dim": 16,
          "hidden_size": 64,
          "intermediate_size": 128,
          "vocabulary_size": 512,
          "norm_epsilon": 1e-05,
          "rope_theta": 10000,
          "max_positions": 1024,
          "ties_embeddings": false,
          "conversion": null,
          "dmc_window": 12,
          "dmc_initial_value": 5,
          "dmc_target_ratio": 4,
          "decision_rule": "plain",
          "arithmetic": "float32",
          "kernels": "plain",
          "sampling": "greedy",
          "seed": 0,
          "max_new_tokens": 32,
          "checkpoint": "cccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccc",
          "tokenizer": "7777777777777777777777777777777777777777777777777777777777777777",
          "prompt_list": "1111111111111111111111111111111111111111111111111111111111111111",
          "keeps_tokens": false,
          "shard": null,
          "tokens": 12,
          "prompt_tokens": 8,
          "compression_ratio": 1.8461538461538463,
          "prompt_compression_ratio": 1.6,
          "generated_compression_ratio": 2.6666666666666665,
          "layer_compression_ratios": [1.8461538461538463],
          "head_compression_ratios": [[1.2,4]],
          "head_spreads": [[{"coefficient_of_variation":0.14285714285714285,"max":1.3333333333333333,"mean":1.1666666666666665,"min":1},{"coefficient_of_variation":0,"max":4,"mean":4,"min":4}]],
          "mean_nll": 1.1,
          "prompt_mean_nll": 1.5,
          "generated_mean_nll": 0.5,
          "segment_lengths": {"counts":[9,0,4],"heads":[[[9,0,1],[0,0,3]]],"longest":[[3,4]],"up_to":[1,2,4]},
          "positions": {"bin_tokens":1,"drop_rates":[0,0,0,0,0,0,0,0],"head_drop_rates":[[[0,0,0,0,0,0,0,0],[0,0,0,0,0,0,0,0]]],"head_merge_rates":[[[0,0,0,0,0,1,1,0],[0,1,1,1,0,1,1,1]]],"merge_rates":[0,0.5,0.5,0.5,0,1,1,0.5],"tokens":[2,2,2,2,1,1,1,1]},
          "vocabulary": null,
          "size": {"decision_bytes":32,"decision_bytes_per_decision":1.3333333333333333,"decisions":24,"drops":0,"eviction_bytes":0,"file_bytes":1280,"file_bytes_per_decision":53.333333333333336,"framing_bytes":1208,"likelihood_bytes":40,"token_bytes":0},
          "prompts": [
            {"compression_ratio":1.6,"decisions":[["0000","0111"]],"id":"a","mean_nll":2,"nll":[1,2,3],"prompt_slots":[[4,1]],"prompt_tokens":4,"slots":[[4,1]],"token_digest":"baed642339816affb3fe8719792d0e4ce82f12db72b7373d244eaa65445800fe","tokens":4},
            {"compression_ratio":2,"decisions":[["00000110","01110111"]],"id":"b, \"c\"\u001b","mean_nll":0.7142857142857143,"nll":[1,1,1,0.5,0.5,0.25,0.75],"prompt_slots":[[4,1]],"prompt_tokens":4,"slots":[[6,2]],"token_digest":"ff1f6ee5d67458cfac950f62e93042e21fcb867e2234dcc8721801231064ad40","tokens":8}
          ]
        }

        """#
}
