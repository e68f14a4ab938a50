"""Builds whole models of the real libraries with tiny, random weights: every layer is there, nothing was learned.

Run by the Python that has the libraries: `python tiny.py FOLDER [NAME]…` writes each model into FOLDER/NAME, as the
library itself saves one.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import torch

WORDS = ("</s>", "<unk>", "deep", "glassy", "bell", "kick", "bass", "low", "quality", ".", ",")


def t5():
    """Returns the smallest T5 encoder, and a tokenizer of words."""
    from tokenizers import Tokenizer, models, pre_tokenizers, processors
    from transformers import PreTrainedTokenizerFast, T5Config, T5EncoderModel

    vocabulary = {word: index for index, word in enumerate(("<pad>", *WORDS))}
    words = Tokenizer(models.WordLevel(vocabulary, unk_token="<unk>"))
    words.pre_tokenizer = pre_tokenizers.Whitespace()
    words.post_processor = processors.TemplateProcessing(single="$A </s>", special_tokens=[("</s>", 1)])
    tokenizer = PreTrainedTokenizerFast(
        tokenizer_object=words, pad_token="<pad>", eos_token="</s>", unk_token="<unk>", model_max_length=16
    )
    config = T5Config(vocab_size=len(vocabulary), d_model=16, d_kv=4, d_ff=16, num_layers=1, num_heads=2)
    return T5EncoderModel(config), tokenizer


def stable_audio(folder: Path) -> None:
    from diffusers import (
        AutoencoderOobleck,
        CosineDPMSolverMultistepScheduler,
        StableAudioDiTModel,
        StableAudioPipeline,
        StableAudioProjectionModel,
    )

    text_encoder, tokenizer = t5()
    StableAudioPipeline(
        transformer=StableAudioDiTModel(
            sample_size=512, in_channels=4, num_layers=1, attention_head_dim=8, num_key_value_attention_heads=2,
            num_attention_heads=2, out_channels=4, cross_attention_dim=16, time_proj_dim=8, global_states_input_dim=32,
            cross_attention_input_dim=16,
        ),
        vae=AutoencoderOobleck(
            encoder_hidden_size=6, downsampling_ratios=[2, 4, 8], decoder_channels=3, decoder_input_channels=4,
            audio_channels=2, channel_multiples=[1, 2, 2], sampling_rate=44_100,
        ),
        text_encoder=text_encoder, tokenizer=tokenizer,
        projection_model=StableAudioProjectionModel(text_encoder_dim=16, conditioning_dim=16, min_value=0, max_value=32),
        scheduler=CosineDPMSolverMultistepScheduler(
            solver_order=2, prediction_type="v_prediction", sigma_data=1.0, sigma_min=0.3, sigma_max=500,
            sigma_schedule="exponential",
        ),
    ).save_pretrained(folder)


def musicgen(folder: Path) -> None:
    """Saves MusicGen with a codec of 50 tokens a second at 8 kHz: four codebooks, one sound channel."""
    from transformers import EncodecFeatureExtractor, MusicgenForConditionalGeneration, MusicgenProcessor

    text_encoder, tokenizer, codec, decoder = _musicgen_parts()
    model = MusicgenForConditionalGeneration(text_encoder=text_encoder, audio_encoder=codec, decoder=decoder(False))
    _musicgen_settings(model)
    model.save_pretrained(folder)
    MusicgenProcessor(EncodecFeatureExtractor(feature_size=1, sampling_rate=8000), tokenizer).save_pretrained(folder)


def musicgen_melody(folder: Path) -> None:
    from transformers import MusicgenMelodyForConditionalGeneration

    text_encoder, tokenizer, codec, decoder = _musicgen_parts()
    model = MusicgenMelodyForConditionalGeneration(
        text_encoder=text_encoder, audio_encoder=codec, decoder=decoder(True)
    )
    _musicgen_settings(model)
    model.save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    # Its feature extractor needs torchaudio, which has no build for every version of torch: written as it saves itself.
    hearing = {"feature_extractor_type": "MusicgenMelodyFeatureExtractor", "feature_size": 12, "sampling_rate": 8000,
               "hop_length": 512, "chunk_length": 2, "n_fft": 2048, "num_chroma": 12}
    (folder / "preprocessor_config.json").write_text(json.dumps(hearing), encoding="utf-8")


def _musicgen_parts():
    from transformers import EncodecConfig, EncodecModel, MusicgenForCausalLM, MusicgenMelodyForCausalLM
    from transformers.models.musicgen.configuration_musicgen import MusicgenDecoderConfig
    from transformers.models.musicgen_melody.configuration_musicgen_melody import MusicgenMelodyDecoderConfig

    text_encoder, tokenizer = t5()
    codec = EncodecModel(EncodecConfig(
        sampling_rate=8000, upsampling_ratios=[8, 5, 4], hidden_size=16, num_filters=4, codebook_size=32,
        codebook_dim=16, num_lstm_layers=1, target_bandwidths=[1.0], audio_channels=1,
    ))  # fmt: skip
    for layer in codec.quantizer.layers:  # they come as zeros, and all tokens would sound the same
        layer.codebook.embed.normal_()
    shape = {"vocab_size": 32, "hidden_size": 16, "num_hidden_layers": 1, "ffn_dim": 16, "num_attention_heads": 2,
             "num_codebooks": 4, "pad_token_id": 32, "bos_token_id": 32, "audio_channels": 1}

    def decoder(melody: bool):
        if melody:
            return MusicgenMelodyForCausalLM(MusicgenMelodyDecoderConfig(**shape))
        return MusicgenForCausalLM(MusicgenDecoderConfig(**shape))

    return text_encoder, tokenizer, codec, decoder


def _musicgen_settings(model) -> None:
    model.generation_config.update(
        decoder_start_token_id=32, pad_token_id=32, bos_token_id=32, do_sample=True, guidance_scale=3.0, max_length=100
    )


BUILDERS = {"stable-audio": stable_audio, "musicgen": musicgen, "musicgen-melody": musicgen_melody}


def main() -> None:
    torch.manual_seed(0)
    folder, *names = sys.argv[1:]
    for name in names or BUILDERS:
        BUILDERS[name](Path(folder) / name)
    print(json.dumps({"built": names or list(BUILDERS)}))


if __name__ == "__main__":
    main()
