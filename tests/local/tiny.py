"""Builds whole models of the real libraries with tiny, random weights: every layer is there, nothing was learned.

Run by the Python that has the libraries: `python tiny.py FOLDER [NAME]…` writes each model into FOLDER/NAME, as the
library itself saves one.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import torch

LETTERS = "abcdefghijklmnopqrstuvwxyz,.-"


def t5():
    """Returns the smallest T5 encoder, and a tokenizer that knows single letters."""
    from transformers import T5Config, T5EncoderModel, T5Tokenizer

    pieces = [("<pad>", 0.0), ("</s>", 0.0), ("<unk>", 0.0), ("▁", -1.0), *((letter, -2.0) for letter in LETTERS)]
    tokenizer = T5Tokenizer(vocab=pieces, extra_ids=0, model_max_length=32)
    config = T5Config(vocab_size=len(tokenizer), d_model=16, d_kv=4, d_ff=16, num_layers=1, num_heads=2)
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
            encoder_hidden_size=8, downsampling_ratios=[2, 4, 8], decoder_channels=3, decoder_input_channels=4,
            audio_channels=2, channel_multiples=[1, 2, 2], sampling_rate=44_100,
        ),
        text_encoder=text_encoder, tokenizer=tokenizer,
        projection_model=StableAudioProjectionModel(
            text_encoder_dim=16, conditioning_dim=16, min_value=0, max_value=32
        ),
        scheduler=CosineDPMSolverMultistepScheduler(
            solver_order=2, prediction_type="v_prediction", sigma_data=1.0, sigma_min=0.3, sigma_max=500,
            sigma_schedule="exponential",
        ),
    ).save_pretrained(folder)


def audioldm(folder: Path) -> None:
    from diffusers import AudioLDMPipeline
    from transformers import ClapTextConfig, ClapTextModelWithProjection

    text_encoder = ClapTextModelWithProjection(ClapTextConfig(**CLAP_WORDS))
    AudioLDMPipeline(
        text_encoder=text_encoder, tokenizer=clap_tokenizer(), unet=_unet(), **_mel_parts()
    ).save_pretrained(folder)


def musicldm(folder: Path) -> None:
    from diffusers import MusicLDMPipeline

    MusicLDMPipeline(
        text_encoder=clap(), tokenizer=clap_tokenizer(), feature_extractor=_hearing(), unet=_unet(), **_mel_parts()
    ).save_pretrained(folder)


def audioldm2(folder: Path) -> None:
    from diffusers import AudioLDM2Pipeline, AudioLDM2ProjectionModel, AudioLDM2UNet2DConditionModel
    from transformers import GPT2Config, GPT2LMHeadModel

    text_encoder_2, tokenizer_2 = t5()
    AudioLDM2Pipeline(
        text_encoder=clap(), text_encoder_2=text_encoder_2, tokenizer=clap_tokenizer(), tokenizer_2=tokenizer_2,
        feature_extractor=_hearing(),
        projection_model=AudioLDM2ProjectionModel(
            text_encoder_dim=16, text_encoder_1_dim=16, langauge_model_dim=16
        ),
        language_model=GPT2LMHeadModel(GPT2Config(
            n_embd=16, n_head=2, n_layer=1, vocab_size=100, n_positions=64, max_new_tokens=8,
        )),
        unet=AudioLDM2UNet2DConditionModel(
            block_out_channels=(8, 16), layers_per_block=1, norm_num_groups=8, sample_size=32, in_channels=4,
            out_channels=4, down_block_types=("DownBlock2D", "CrossAttnDownBlock2D"),
            up_block_types=("CrossAttnUpBlock2D", "UpBlock2D"), cross_attention_dim=(16, 16),
        ),
        **_mel_parts(),
    ).save_pretrained(folder)  # fmt: skip


CLAP_WORDS = {"vocab_size": 40, "hidden_size": 8, "intermediate_size": 16, "num_attention_heads": 1,
              "num_hidden_layers": 1, "projection_dim": 16, "max_position_embeddings": 80}


def clap():
    from transformers import ClapConfig, ClapModel

    hearing = {"spec_size": 64, "window_size": 4, "num_mel_bins": 64, "hidden_size": 32, "depths": [1, 1],
               "num_attention_heads": [1, 1], "num_hidden_layers": 2, "patch_embeds_hidden_size": 16,
               "projection_dim": 16}
    return ClapModel(ClapConfig(text_config=CLAP_WORDS, audio_config=hearing, projection_dim=16))


def clap_tokenizer():
    """Returns a tokenizer of the class that CLAP has, which knows single letters (Ġ is its space)."""
    from transformers import RobertaTokenizer

    words = ["<s>", "<pad>", "</s>", "<unk>", "<mask>", "Ġ", *LETTERS]
    return RobertaTokenizer(
        vocab={word: index for index, word in enumerate(words)}, merges=[], model_max_length=64
    )


def _hearing():
    from transformers import ClapFeatureExtractor

    return ClapFeatureExtractor(sampling_rate=16_000)


def _unet():
    from diffusers import UNet2DConditionModel

    return UNet2DConditionModel(
        block_out_channels=(8, 16), layers_per_block=1, norm_num_groups=8, sample_size=32, in_channels=4,
        out_channels=4, down_block_types=("DownBlock2D", "CrossAttnDownBlock2D"),
        up_block_types=("CrossAttnUpBlock2D", "UpBlock2D"), cross_attention_dim=(8, 16),
        class_embed_type="simple_projection", projection_class_embeddings_input_dim=16, class_embeddings_concat=True,
    )


def _mel_parts():
    """Returns what makes pictures of sounds, and sounds of pictures: 8 mel bins, 16 kHz, 100 columns a second."""
    from diffusers import AutoencoderKL, DDIMScheduler
    from transformers import SpeechT5HifiGan, SpeechT5HifiGanConfig

    return {
        "scheduler": DDIMScheduler(beta_start=0.0015, beta_end=0.0195, beta_schedule="scaled_linear",
                                   clip_sample=False, set_alpha_to_one=False, steps_offset=1),
        "vae": AutoencoderKL(
            block_out_channels=[8, 16], in_channels=1, out_channels=1, norm_num_groups=8, latent_channels=4,
            down_block_types=["DownEncoderBlock2D"] * 2, up_block_types=["UpDecoderBlock2D"] * 2,
        ),
        "vocoder": SpeechT5HifiGan(SpeechT5HifiGanConfig(
            model_in_dim=8, sampling_rate=16_000, upsample_initial_channel=16, upsample_rates=[5, 4, 4, 2],
            upsample_kernel_sizes=[10, 8, 8, 4], resblock_kernel_sizes=[3], resblock_dilation_sizes=[[1]],
            normalize_before=False, initializer_range=0.3,
        )),
    }  # fmt: skip


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
    """Gives a model what generating takes, and weights so large that words and tunes change which token is drawn."""
    with torch.no_grad():
        for name, weights in model.named_parameters():
            if weights.dim() > 1 and not name.startswith(("audio_encoder.", "text_encoder.")):
                weights.mul_(20.0)
    model.generation_config.update(
        decoder_start_token_id=32, pad_token_id=32, bos_token_id=32, do_sample=True, guidance_scale=3.0, max_length=100
    )


BUILDERS = {
    "stable-audio": stable_audio, "audioldm": audioldm, "audioldm2": audioldm2, "musicldm": musicldm,
    "musicgen": musicgen, "musicgen-melody": musicgen_melody,
}  # fmt: skip


def main() -> None:
    torch.manual_seed(0)
    folder, *names = sys.argv[1:]
    for name in names or BUILDERS:
        BUILDERS[name](Path(folder) / name)
    print(json.dumps({"built": names or list(BUILDERS)}))


if __name__ == "__main__":
    main()
